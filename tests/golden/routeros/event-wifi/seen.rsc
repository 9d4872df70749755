# A gateway with CAPsMAN (RouterOS 7.16): the site's rules stand, one has a guest network of the site already.
/interface bridge
add name=bridge-lan vlan-filtering=true
/interface
add name=bridge-lan type=bridge
add name=kampus-5g type=wifi
/interface wifi security
add name=kantor authentication-types=wpa2-psk,wpa3-psk disabled=false
/interface wifi datapath
add name=kantor vlan-id=20 disabled=false
/interface wifi configuration
add name=kampus-2g ssid=Kampus mode=ap datapath=kantor security=kantor disabled=false
add name=kampus-5g ssid=Kampus mode=ap datapath=kantor security=kantor disabled=false
add name=tamu ssid=Tamu mode=ap datapath=kantor disabled=false
/interface wifi provisioning
add comment="AP kampus 2 GHz" action=create-dynamic-enabled master-configuration=kampus-2g supported-bands=2ghz-ax disabled=false
add comment="AP kampus 5 GHz" action=create-dynamic-enabled master-configuration=kampus-5g slave-configurations=tamu supported-bands=5ghz-ax disabled=false
/interface wifi
add name=cap-1 dynamic=true configuration=kampus-5g disabled=false
