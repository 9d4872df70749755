/queue simple
set [ find name=FST ] max-limit=10000000/40000000
add name=netops-HD-7-abc123 target=10.20.0.176/28 parent=Fakultas max-limit=5M/8M comment=netops:HD-7-abc123
