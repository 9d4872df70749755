/ip hotspot profile
add name=netops-HD-7-abc123 hotspot-address=10.90.0.1 dns-name=acara.kampus login-by=cookie,http-chap use-radius=yes
/ip hotspot user profile
add name=netops-HD-7-abc123 shared-users=1 rate-limit=2M/5M add-mac-cookie=no
/user-manager limitation
add name=netops-HD-7-abc123 transfer-limit=500000000 comment=netops:HD-7-abc123
/user-manager profile
add name=netops-HD-7-abc123 name-for-users=netops-HD-7-abc123 validity=unlimited starts-when=assigned comment=netops:HD-7-abc123
/user-manager profile-limitation
add profile=netops-HD-7-abc123 limitation=netops-HD-7-abc123 comment=netops:HD-7-abc123
/user-manager user
add name=acara1 password=<1> shared-users=1 attributes=Mikrotik-Group:netops-HD-7-abc123 comment="netops:HD-7-abc123 vc-1"
add name=acara2 password=<2> shared-users=1 attributes=Mikrotik-Group:netops-HD-7-abc123 comment="netops:HD-7-abc123 vc-1"
add name=acara3 password=<3> shared-users=1 attributes=Mikrotik-Group:netops-HD-7-abc123 comment="netops:HD-7-abc123 vc-1"
/user-manager user-profile
add user=acara1 profile=netops-HD-7-abc123
add user=acara2 profile=netops-HD-7-abc123
add user=acara3 profile=netops-HD-7-abc123
