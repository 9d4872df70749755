/ip pool
add name=netops-HD-7-abc123 ranges=10.90.0.10-10.90.0.254
add name=kantor ranges=10.20.0.10-10.20.0.254
/queue simple
add name=netops-HD-7-abc123.a target=10.90.0.0/25 max-limit=1000000/1000000 comment=netops:HD-7-abc123
add name=Rektorat target=10.20.0.0/26
add name=netops-HD-7-abc123.b target=10.90.0.128/25 max-limit=1000000/1000000 comment=netops:HD-7-abc123
