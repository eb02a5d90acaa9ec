# How many bytes of a body arrived.
received=$(wc -c)
printf 'Content-Type: text/plain\r\n\r\n%s\n' "$received"
