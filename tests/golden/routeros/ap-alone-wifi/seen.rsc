/interface bridge
add name=bridge vlan-filtering=yes
/interface wifi
add name=wifi1 disabled=no
add name=wifi2 disabled=no
/interface bridge port
add bridge=bridge interface=ether1 pvid=10
/interface bridge vlan
add bridge=bridge tagged=bridge untagged=ether1 vlan-ids=10
