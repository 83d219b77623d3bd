# To be sourced. An apt of its own in a folder, that changes nothing of the system and needs no root.

# private_apt FOLDER ARCHITECTURE KIND: sets APT_CONFIG. KIND is deb or deb-src; for arm64 packages of Ubuntu, the archive
# that has them. Uses the system's own archive alone: others lack what is needed, or ask for keys that are not ours to use.
private_apt() {
  local apt=$1 architecture=$2 kind=$3 id file
  mkdir -p "$apt"/{lists/partial,cache/archives/partial,sources}
  : > "$apt/status"
  if [ -n "${BOARD_SOURCES:-}" ] && [ "$kind" = deb ]; then
    cp "$BOARD_SOURCES" "$apt/sources/"
  else
    id=$(. /etc/os-release && echo "$ID")
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
      [ -r "$file" ] && grep -qE "$id" "$file" || continue
      sed -E "/^Architectures:/d; s/^Types:.*/Types: $kind/; s/^deb(-src)? /$kind /" "$file" > "$apt/sources/$(basename "$file")"
      [ "$kind" = deb ] || continue
      # Ubuntu keeps arm64 in an archive of its own.
      sed -E -i 's,//([a-z]+\.)*(archive|security)\.([a-z]+\.com)/ubuntu/?,//ports.\3/ubuntu-ports/,' \
        "$apt/sources/$(basename "$file")"
    done
  fi
  cat > "$apt/apt.conf" << CONF
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Get::List-Cleanup "false";
Acquire::Languages "none";
APT::Sandbox::User "";
Dir::State "$apt";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/sources";
CONF
  export APT_CONFIG=$apt/apt.conf
  apt-get update -qq >&2 || true
}
