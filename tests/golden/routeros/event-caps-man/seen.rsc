# A gateway with CAPsMAN (RouterOS 6.49).
/interface bridge
add name=bridge-lan vlan-filtering=true
/interface
add name=bridge-lan type=bridge
/caps-man datapath
add name=kantor bridge=bridge-lan vlan-id=30 vlan-mode=use-tag
/caps-man configuration
add name=lama-2g ssid="Kampus Lama" mode=ap datapath=kantor
/caps-man provisioning
add comment="AP gedung lama" action=create-dynamic-enabled master-configuration=lama-2g name-format=identity disabled=false
