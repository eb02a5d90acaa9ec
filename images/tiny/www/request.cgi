# What arrived of the request: the method, the path and every header.
printf 'Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n\r\n'
env | grep -E '^(HTTP_|REQUEST_|QUERY_STRING|REMOTE_ADDR|CONTENT_)' | sort
