/interface vlan
add name=netops-HD-7-abc123 interface=bridge-lan vlan-id=210 comment=netops:HD-7-abc123 disabled=false mtu=1500
/interface
add name=netops-HD-7-abc123 type=vlan
/interface bridge vlan
add bridge=bridge-lan vlan-ids=210 tagged=ether2,bridge-lan untagged="" comment=netops:HD-7-abc123 disabled=false
/ip address
add address=10.90.0.1/24 network=10.90.0.0 interface=netops-HD-7-abc123 comment=netops:HD-7-abc123 disabled=false
/ip dhcp-server
add name=netops-HD-7-abc123 interface=netops-HD-7-abc123 lease-time=1h disabled=false
/queue simple
add name=netops-HD-7-abc123 target=10.90.0.0/24 max-limit=20000000/50000000 comment=netops:HD-7-abc123 disabled=false
add name=hs-netops-HD-7-abc123 target=10.90.0.0/24 dynamic=true
