#!/bin/sh
# systemctl stop keepalived would not be right
killall -0 keepalived || echo "keepalived does not run, stop"
service nginx stop
