/interface vlan
add name=netops-HD-7-abc123 interface=bridge-lan vlan-id=310 comment=netops:HD-7-abc123
/caps-man datapath
add name=netops-HD-7-abc123 bridge=bridge-lan vlan-mode=use-tag vlan-id=310 client-to-client-forwarding=no comment=netops:HD-7-abc123
/caps-man configuration
add name=netops-HD-7-abc123 mode=ap ssid="Rapat Gedung Lama" datapath=netops-HD-7-abc123 comment=netops:HD-7-abc123
/caps-man provisioning
set [ find comment="AP gedung lama" ] slave-configurations=netops-HD-7-abc123
