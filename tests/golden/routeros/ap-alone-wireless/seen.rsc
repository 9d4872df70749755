/interface bridge
add name=bridge
/interface wireless
add name=wlan1 disabled=no ssid=MikroTik master-interface=none
/interface bridge port
add bridge=bridge interface=ether1
