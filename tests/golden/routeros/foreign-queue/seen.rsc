/queue simple
add name=Aula target=10.90.0.0/24 max-limit=5000000/5000000
