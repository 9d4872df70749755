/ip hotspot user profile
set [ find name=Asrama ] rate-limit=2000000/4000000
