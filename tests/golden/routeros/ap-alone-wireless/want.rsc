/interface wireless security-profiles
add name=netops-HD-7-abc123 mode=dynamic-keys authentication-types=wpa2-psk wpa2-pre-shared-key=<1> comment=netops:HD-7-abc123
/interface wireless
add name=netops-HD-7-abc123.1 master-interface=wlan1 mode=ap-bridge ssid=Wisuda vlan-mode=use-tag vlan-id=310 default-forwarding=no security-profile=netops-HD-7-abc123 disabled=no comment=netops:HD-7-abc123
/interface bridge port
add bridge=bridge interface=netops-HD-7-abc123.1 comment=netops:HD-7-abc123
