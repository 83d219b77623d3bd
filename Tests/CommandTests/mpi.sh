# Part of Scripts/test-commands: one picture painted by several processes, where Scripts/build-mpi has built the program.

cluster=$here/.build/release/qstyle-mpi
# ranks COUNT ARGUMENTS...: the program with so many processes on this machine.
ranks() {
    count=$1
    shift
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 \
        OMPI_MCA_mpi_yield_when_idle=1 mpirun --bind-to none --mca btl self,vader,tcp -n "$count" "$cluster" "$@"
}
python3 - <<'END'
# An odd size, higher than wide, and a mask of two halves.
import struct, zlib
def png(name, width, height, kind, row):
    def chunk(tag, data):
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))
    data = b"".join(b"\0" + row(y) for y in range(height))
    open(name, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))
png("tall.png", 67, 449, 2, lambda y: bytes((x * y * 7 + 40 * c + x * x) % 256 for x in range(67) for c in range(3)))
png("halves.png", 67, 449, 0, lambda y: bytes(1 + (x + y > 250) for x in range(67)))
END
cluster_options="--quiet --json --threads 1 --size 449 --strips even"
# same NAME COUNTS OPTIONS...: the plain command's hash for each of the counts.
same() {
    name=$1
    counts=$2
    shift 2
    check "$name, alone" 0 $qstyle transfer $* --quiet --json --threads 1 --size 449 -o a.png
    wanted=$(hash out.txt)
    for count in $counts; do
        check "$name, $count processes" 0 ranks "$count" transfer $* $cluster_options -o b.png
        [ "$(hash out.txt)" = "$wanted" ] && cmp -s a.png b.png && ok || bad "$name, $count processes: other bits"
    done
}
if [ -x "$cluster" ]; then
    same "L-BFGS" "1 2 3 4" tall.png "$style" --scales 449 --steps 3
    same "Adam" "3" tall.png "$style" --scales 449 --steps 3 --optimizer adam --smooth 2 --pool max --plan keep-conv3_1-32
    same "float32" "3" tall.png "$style" --scales 449 --steps 2 --precision float32 --style-loss gram:1,moments:1,histogram:1
    rm -f a.png b.png
fi
