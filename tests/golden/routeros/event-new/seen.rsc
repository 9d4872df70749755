# The campus gateway before an event. Flags as the API reports them.
/interface bridge
add name=bridge-lan vlan-filtering=true
/interface
add name=ether1 type=ether
add name=ether2 type=ether
add name=bridge-lan type=bridge
/interface bridge vlan
add bridge=bridge-lan vlan-ids=10 tagged=bridge-lan,ether2
add bridge=bridge-lan vlan-ids=1 dynamic=true
/ip hotspot profile
add name=default default=true
/ip hotspot user
add name=default-trial default=true comment="counters and limits for trial users"
/queue simple
add name=Rektorat target=10.20.0.0/26 max-limit=20000000/20000000 disabled=false
add name="Semua \C3\A9" target=10.0.0.0/8 max-limit=400000000/400000000 disabled=false
