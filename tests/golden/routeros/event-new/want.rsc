/interface vlan
add name=netops-HD-7-abc123 interface=bridge-lan vlan-id=210 comment=netops:HD-7-abc123
/interface bridge vlan
add bridge=bridge-lan vlan-ids=210 tagged=bridge-lan,ether2 comment=netops:HD-7-abc123
/ip address
add address=10.90.0.1/24 interface=netops-HD-7-abc123 comment=netops:HD-7-abc123
/ip pool
add name=netops-HD-7-abc123 ranges=10.90.0.10-10.90.0.254
/ip dhcp-server
add name=netops-HD-7-abc123 interface=netops-HD-7-abc123 address-pool=netops-HD-7-abc123 lease-time=3600s disabled=no
/ip dhcp-server network
add address=10.90.0.0/24 gateway=10.90.0.1 dns-server=10.90.0.1 comment=netops:HD-7-abc123
/ip hotspot profile
add name=netops-HD-7-abc123 hotspot-address=10.90.0.1 dns-name=acara.kampus login-by=cookie,http-chap
/ip hotspot user profile
add name=netops-HD-7-abc123 shared-users=1 rate-limit=2M/5M add-mac-cookie=no
/ip hotspot
add name=netops-HD-7-abc123 interface=netops-HD-7-abc123 address-pool=netops-HD-7-abc123 profile=netops-HD-7-abc123 disabled=no
/ip hotspot user
add name=acara1 password=<1> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 1"
add name=acara2 password=<2> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 2"
add name=acara3 password=<3> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 3"
add name=acara4 password=<4> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 4"
add name=acara5 password=<5> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 5"
add name=acara6 password=<6> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 6"
add name=acara7 password=<7> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 7"
add name=acara8 password=<8> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 8"
add name=acara9 password=<9> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 9"
add name=acara10 password=<10> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 10"
add name=acara11 password=<11> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 11"
add name=acara12 password=<12> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 12"
add name=acara13 password=<13> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 13"
add name=acara14 password=<14> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 14"
add name=acara15 password=<15> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 15"
add name=acara16 password=<16> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 16"
add name=acara17 password=<17> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 17"
add name=acara18 password=<18> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 18"
add name=acara19 password=<19> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 19"
add name=acara20 password=<20> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 20"
add name=acara21 password=<21> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 21"
add name=acara22 password=<22> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 22"
add name=acara23 password=<23> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 23"
add name=acara24 password=<24> profile=netops-HD-7-abc123 server=netops-HD-7-abc123 comment="netops:HD-7-abc123 24"
/queue simple
add name=netops-HD-7-abc123 target=10.90.0.0/24 max-limit=20M/50M comment=netops:HD-7-abc123
