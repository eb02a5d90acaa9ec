# As many zero bytes as the query says.
case $QUERY_STRING in
    '' | *[!0-9]*) size=1000 ;;
    *) size=$QUERY_STRING ;;
esac
printf 'Content-Type: application/octet-stream\r\nContent-Length: %s\r\n\r\n' "$size"
head -c "$size" /dev/zero
