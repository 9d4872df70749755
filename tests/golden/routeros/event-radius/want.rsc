/ip hotspot profile
add name=netops-HD-7-abc123 hotspot-address=10.90.0.1 dns-name=acara.kampus login-by=cookie,http-chap use-radius=yes
/ip hotspot user profile
add name=netops-HD-7-abc123 shared-users=1 rate-limit=2M/5M add-mac-cookie=no
/radius
add address=10.10.0.5 service=hotspot secret=<1> comment=netops:HD-7-abc123
