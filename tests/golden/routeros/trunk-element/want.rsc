/interface bridge vlan
set [ find bridge=bridge-lan vlan-ids=31 ] tagged=ether2,ether5
