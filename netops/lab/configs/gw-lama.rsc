# nov/02/2026 07:44:02 by RouterOS 6.49.17
# software id = 7P2M-55RC
#
# model = RB750Gr3
/caps-man channel
add band=2ghz-g/n control-channel-width=20mhz name=lama-2g
/interface bridge
add comment="LAN gedung lama" name=bridge-lan
/interface ethernet
set [ find default-name=ether1 ] comment="Uplink ISP-A (contoh)"
set [ find default-name=ether2 ] comment="Gedung lama"
set [ find default-name=ether3 ] comment="AP gedung lama"
/interface vlan
add comment=Kantor interface=bridge-lan name=vlan30-kantor vlan-id=30
/caps-man datapath
add bridge=bridge-lan name=kantor vlan-id=30 vlan-mode=use-tag
/caps-man security
add authentication-types=wpa2-psk encryption=aes-ccm name=kantor passphrase=\
    Contoh-Kata-Sandi-Lama
/caps-man configuration
add channel=lama-2g country=indonesia datapath=kantor mode=ap name=lama-2g \
    security=kantor ssid="Kampus Lama"
/ip pool
add name=pool-kantor ranges=10.30.0.100-10.30.0.200
/ip dhcp-server
add address-pool=pool-kantor disabled=no interface=vlan30-kantor lease-time=8h \
    name=dhcp-kantor
/queue simple
add max-limit=20M/20M name="Tata Usaha" target=10.30.0.0/26
/user group
add name=netops policy="ssh,reboot,read,write,test,sensitive,api,policy,!local\
    ,!telnet,!ftp,!winbox,!password,!web,!sniff,!romon,!dude,!tikapp"
/caps-man manager
set enabled=yes
/caps-man provisioning
add action=create-dynamic-enabled comment="AP gedung lama" \
    master-configuration=lama-2g name-format=identity
/interface bridge port
add bridge=bridge-lan frame-types=admit-only-vlan-tagged interface=ether2
add bridge=bridge-lan interface=ether3 pvid=30
/interface bridge vlan
add bridge=bridge-lan tagged=bridge-lan,ether2 vlan-ids=30
/interface bridge
set [ find name=bridge-lan ] vlan-filtering=yes
/ip address
add address=203.0.113.6/30 comment=ISP-A interface=ether1
add address=10.30.0.1/24 comment=Kantor interface=vlan30-kantor
/ip dhcp-server network
add address=10.30.0.0/24 dns-server=10.30.0.1 gateway=10.30.0.1
/ip dns
set allow-remote-requests=yes servers=9.9.9.9
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
/ip route
add distance=1 gateway=203.0.113.5
/ip service
set telnet disabled=yes
set ftp disabled=yes
/snmp
set contact="Helpdesk PTIPD" enabled=yes location="Gedung Lama"
/system clock
set time-zone-name=Asia/Jakarta
/system identity
set name=gw-lama
/user
set [ find name=admin ] disabled=yes
