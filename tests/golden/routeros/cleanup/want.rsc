/queue simple add name=netops-HD-7-abc123.b target=10.90.0.128/25 max-limit=2M/2M comment=netops:HD-7-abc123
