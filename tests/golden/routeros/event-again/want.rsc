/interface vlan
add name=netops-HD-7-abc123 interface=bridge-lan vlan-id=210 comment=netops:HD-7-abc123
/interface bridge vlan
add bridge=bridge-lan vlan-ids=210 tagged=bridge-lan,ether2 comment=netops:HD-7-abc123
/ip address
add address=10.90.0.1/24 interface=netops-HD-7-abc123 comment=netops:HD-7-abc123
/ip dhcp-server
add name=netops-HD-7-abc123 interface=netops-HD-7-abc123 lease-time=3600s disabled=no
/queue simple
add name=netops-HD-7-abc123 target=10.90.0.0/24 max-limit=20M/50M comment=netops:HD-7-abc123
