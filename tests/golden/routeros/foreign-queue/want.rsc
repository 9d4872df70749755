/queue simple
add name=netops-HD-7-abc123 target=10.90.0.0/24 max-limit=20M/50M comment=netops:HD-7-abc123
