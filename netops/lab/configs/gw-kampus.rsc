# 2026-11-02 07:41:19 by RouterOS 7.16.2
# software id = 4K8T-91QZ
#
# model = RB750Gr3
/interface bridge
add comment="LAN kampus" name=bridge-lan
/interface ethernet
set [ find default-name=ether1 ] comment="Uplink ISP-A (contoh)"
set [ find default-name=ether2 ] comment="Trunk sw-inti"
set [ find default-name=ether3 ] comment="Gedung rektorat"
set [ find default-name=ether4 ] comment="Perpustakaan"
set [ find default-name=ether5 ] comment=Cadangan
/interface vlan
add comment="Manajemen perangkat" interface=bridge-lan name=vlan10-mgmt \
    vlan-id=10
add comment=Kantor interface=bridge-lan name=vlan20-kantor vlan-id=20
/interface list
add name=WAN
add name=LAN
/interface wifi channel
add band=2ghz-ax disabled=no name=kampus-2g width=20mhz
add band=5ghz-ax disabled=no name=kampus-5g skip-dfs-channels=all width=\
    20/40/80mhz
/interface wifi datapath
add disabled=no name=kantor vlan-id=20
/interface wifi security
add authentication-types=wpa2-psk,wpa3-psk disabled=no name=kantor passphrase=\
    Contoh-Kata-Sandi-Kantor
/interface wifi configuration
add channel=kampus-2g country=Indonesia datapath=kantor disabled=no mode=ap \
    name=kampus-2g security=kantor ssid=Kampus
add channel=kampus-5g country=Indonesia datapath=kantor disabled=no mode=ap \
    name=kampus-5g security=kantor ssid=Kampus
/ip pool
add name=pool-kantor ranges=10.20.0.100-10.20.0.250
/ip dhcp-server
add address-pool=pool-kantor interface=vlan20-kantor lease-time=8h name=\
    dhcp-kantor
/ip hotspot user profile
add name=Asrama rate-limit=1M/2M shared-users=2
/queue type
add kind=pcq name=pcq-lab-unduh pcq-classifier=dst-address
add kind=pcq name=pcq-lab-unggah pcq-classifier=src-address
/queue simple
add comment="Jangan diubah tanpa izin Rektorat" max-limit=20M/20M name=\
    Rektorat target=10.20.0.0/26
add max-limit=10M/10M name=Perpustakaan target=10.20.0.64/26
add comment="Induk semua fakultas" max-limit=60M/60M name=Fakultas target=\
    10.20.0.128/26
add max-limit=10M/30M name=FST parent=Fakultas target=10.20.0.128/27
add max-limit=10M/20M name=FEB parent=Fakultas target=10.20.0.160/27
/queue tree
add comment="Lab komputer" max-limit=5M name=Lab-unggah packet-mark=lab-unggah \
    parent=global queue=pcq-lab-unggah
add comment="Lab komputer" max-limit=20M name=Lab-unduh packet-mark=lab-unduh \
    parent=global queue=pcq-lab-unduh
/snmp community
set [ find default=yes ] addresses=10.10.0.0/24
/user group
add name=netops policy="ssh,reboot,read,write,test,sensitive,api,policy,!local\
    ,!telnet,!ftp,!winbox,!password,!web,!sniff,!romon,!rest-api"
/interface bridge port
add bridge=bridge-lan comment="Trunk sw-inti" frame-types=\
    admit-only-vlan-tagged interface=ether2
add bridge=bridge-lan interface=ether3 pvid=20
add bridge=bridge-lan interface=ether4 pvid=20
add bridge=bridge-lan interface=ether5 pvid=20
/interface bridge vlan
add bridge=bridge-lan comment=Manajemen tagged=bridge-lan,ether2 vlan-ids=10
add bridge=bridge-lan comment=Kantor tagged=bridge-lan,ether2 vlan-ids=20
/interface bridge
set [ find name=bridge-lan ] vlan-filtering=yes
/interface list member
add interface=ether1 list=WAN
add interface=bridge-lan list=LAN
/interface wifi capsman
set enabled=yes interfaces=vlan10-mgmt
/interface wifi provisioning
add action=create-dynamic-enabled comment="AP kampus 2 GHz" disabled=no \
    master-configuration=kampus-2g name-format=%I-2g supported-bands=2ghz-ax
add action=create-dynamic-enabled comment="AP kampus 5 GHz" disabled=no \
    master-configuration=kampus-5g name-format=%I-5g supported-bands=5ghz-ax
/ip address
add address=203.0.113.2/30 comment=ISP-A interface=ether1
add address=10.10.0.1/24 comment=Manajemen interface=vlan10-mgmt
add address=10.20.0.1/24 comment=Kantor interface=vlan20-kantor
/ip dhcp-server lease
add address=10.20.0.10 comment="Printer TU" mac-address=00:1B:A9:10:20:30 \
    server=dhcp-kantor
/ip dhcp-server network
add address=10.20.0.0/24 dns-server=10.20.0.1 gateway=10.20.0.1
/ip dns
set allow-remote-requests=yes servers=9.9.9.9,1.1.1.1
/ip firewall filter
add action=accept chain=input comment="Balasan" connection-state=\
    established,related,untracked
add action=drop chain=input comment="Dari luar ditolak" in-interface-list=WAN
/ip firewall mangle
add action=mark-packet chain=forward comment="Lab komputer unggah" \
    new-packet-mark=lab-unggah passthrough=no src-address=10.20.0.192/27
add action=mark-packet chain=forward comment="Lab komputer unduh" \
    dst-address=10.20.0.192/27 new-packet-mark=lab-unduh passthrough=no
/ip firewall nat
add action=masquerade chain=srcnat comment="NAT ke ISP-A" out-interface=ether1
/ip route
add comment="Default ISP-A" dst-address=0.0.0.0/0 gateway=203.0.113.1
/ip service
set telnet disabled=yes
set ftp disabled=yes
set www disabled=yes
/snmp
set contact="Helpdesk PTIPD" enabled=yes location="Ruang server, Kampus Utama"
/system clock
set time-zone-name=Asia/Jakarta
/system identity
set name=gw-kampus
/system ntp client
set enabled=yes servers=203.0.113.1
/user
set [ find name=admin ] disabled=yes
