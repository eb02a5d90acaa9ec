#!/bin/sh
# Make a slim Debian 12 tree in the directory $1, trusting the authorities in $2.
set -eu
tree=$1
authorities=$2
suite=bookworm

# A Debian 12 machine uses the mirror it is set up for; others debootstrap's own choice.
mirror=
sources=
if grep -qs "^VERSION_CODENAME=$suite" /etc/os-release; then
    for sources in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
        [ -s "$sources" ] || continue
        mirror=$(sed -nE 's/^URIs: *([^ ]+).*/\1/p; s/^deb (\[[^]]*\] )?([^ ]+) .*/\2/p' "$sources" | head -n 1)
        [ -z "$mirror" ] || break
    done
fi

debootstrap --variant=minbase --include=ca-certificates "$suite" "$tree" $mirror

if [ -n "$mirror" ]; then
    # With its security updates.
    rm -f "$tree/etc/apt/sources.list"
    case $sources in
        */debian.sources) cp "$sources" "$tree/etc/apt/sources.list.d/" ;;
        *) cp "$sources" "$tree/etc/apt/sources.list" ;;
    esac
fi

mkdir -p "$tree/usr/local/share/ca-certificates"
find "$authorities" -name '*.crt' -exec cp {} "$tree/usr/local/share/ca-certificates/" \; 2>/dev/null || true
chroot "$tree" update-ca-certificates

# As the official slim images do: no manuals, no translations, now and later.
cat > "$tree/etc/dpkg/dpkg.cfg.d/slim" <<'CFG'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
CFG
cat > "$tree/etc/apt/apt.conf.d/90slim" <<'CFG'
Acquire::Languages "none";
APT::Keep-Downloaded-Packages "false";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin"; };
CFG
find "$tree/usr/share/doc" -type f ! -name copyright -delete
rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/* \
    "$tree"/usr/share/man/* "$tree"/usr/share/info/* "$tree"/usr/share/locale/* "$tree"/var/log/*
