/queue simple
add name="Semua" target=10.0.0.0/8 max-limit=500M/500M
add name=Fakultas target=10.20.0.128/26 max-limit=60M/60M comment="Induk semua fakultas"
add name=FST parent=Fakultas target=10.20.0.128/27 max-limit=10M/30M
add name=FEB parent=Fakultas target=10.20.0.160/27 max-limit=10M/20M burst-limit=30M/30M burst-threshold=8M/8M burst-time=8s/8s
