/interface bridge vlan
add bridge=bridge-lan vlan-ids=20,30-32 tagged=bridge-lan,ether2
