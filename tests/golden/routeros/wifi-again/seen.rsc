# The same again: everything stands already, and somebody put another network behind ours.
/interface bridge
add name=bridge-lan vlan-filtering=true
/interface
add name=bridge-lan type=bridge
add name=kampus-5g type=wifi
/interface vlan
add name=netops-HD-7-abc123 interface=bridge-lan vlan-id=210 comment=netops:HD-7-abc123 disabled=false
/interface wifi security
add name=netops-HD-7-abc123 authentication-types=wpa2-psk comment=netops:HD-7-abc123 disabled=false
add name=kantor authentication-types=wpa2-psk,wpa3-psk disabled=false
/interface wifi datapath
add name=netops-HD-7-abc123 vlan-id=210 client-isolation=true comment=netops:HD-7-abc123 disabled=false
add name=kantor vlan-id=20 disabled=false
/interface wifi configuration
add name=netops-HD-7-abc123 mode=ap ssid="Wisuda 2026" datapath=netops-HD-7-abc123 security=netops-HD-7-abc123 comment=netops:HD-7-abc123 disabled=false
add name=kampus-2g ssid=Kampus mode=ap datapath=kantor security=kantor disabled=false
add name=kampus-5g ssid=Kampus mode=ap datapath=kantor security=kantor disabled=false
add name=tamu ssid=Tamu mode=ap datapath=kantor disabled=false
/interface wifi provisioning
add comment="AP kampus 2 GHz" action=create-dynamic-enabled master-configuration=kampus-2g slave-configurations=netops-HD-7-abc123 supported-bands=2ghz-ax disabled=false
add comment="AP kampus 5 GHz" action=create-dynamic-enabled master-configuration=kampus-5g slave-configurations=netops-HD-7-abc123,tamu supported-bands=5ghz-ax disabled=false
/interface wifi
add name=cap-1 dynamic=true configuration=kampus-5g disabled=false
add name=cap-2 dynamic=true configuration=netops-HD-7-abc123 disabled=false
