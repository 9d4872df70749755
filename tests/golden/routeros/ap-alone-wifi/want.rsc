/interface bridge vlan
add bridge=bridge vlan-ids=210 tagged=ether1 comment=netops:HD-7-abc123
/interface wifi configuration
add name=netops-HD-7-abc123 mode=ap ssid=Wisuda datapath.client-isolation=yes comment=netops:HD-7-abc123
/interface wifi
add name=netops-HD-7-abc123.1 master-interface=wifi1 configuration=netops-HD-7-abc123 disabled=no comment=netops:HD-7-abc123
add name=netops-HD-7-abc123.2 master-interface=wifi2 configuration=netops-HD-7-abc123 disabled=no comment=netops:HD-7-abc123
/interface bridge port
add bridge=bridge interface=netops-HD-7-abc123.1 pvid=210 comment=netops:HD-7-abc123
add bridge=bridge interface=netops-HD-7-abc123.2 pvid=210 comment=netops:HD-7-abc123
