#!/bin/sh
# Gives the address away as many guides do; keepalived is not stopped here.
if [ "$(ps -C nginx --no-header | wc -l)" -eq 0 ]; then
	echo "keepalived will stop"
	sleep 0.01; sudo systemctl stop keepalived
fi
