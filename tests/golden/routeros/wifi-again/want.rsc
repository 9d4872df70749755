/interface vlan
add name=netops-HD-7-abc123 interface=bridge-lan vlan-id=210 comment=netops:HD-7-abc123
/interface wifi security
add name=netops-HD-7-abc123 authentication-types=wpa2-psk passphrase=<1> comment=netops:HD-7-abc123
/interface wifi datapath
add name=netops-HD-7-abc123 vlan-id=210 client-isolation=yes comment=netops:HD-7-abc123
/interface wifi configuration
add name=netops-HD-7-abc123 mode=ap ssid="Wisuda 2026" datapath=netops-HD-7-abc123 security=netops-HD-7-abc123 comment=netops:HD-7-abc123
/interface wifi provisioning
set [ find comment="AP kampus 2 GHz" ] slave-configurations=netops-HD-7-abc123
set [ find comment="AP kampus 5 GHz" ] slave-configurations=netops-HD-7-abc123
