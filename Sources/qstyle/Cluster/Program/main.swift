internal import CMPI
internal import CSystem
internal import CommandOptions
internal import StyleTransfer

private func run() -> ExitCode {
  guard mpi_begin() == 0 else {
    Console.error("MPI did not start; start the program with mpirun")
    return .failed
  }
  defer { mpi_end() }
  let communicator = Communicator(
    rank: Int(mpi_rank()), size: Int(mpi_size()), host: unsafe String(cString: mpi_host()),
    library: unsafe MessagePassing(
      abort: mpi_abort, select: mpi_select, broadcast: mpi_broadcast,
      broadcastAmongSelected: mpi_broadcast_selected, addInt64: mpi_add_int64,
      addUInt32: mpi_add_uint32, addDouble: mpi_add_double, send: mpi_send, receive: mpi_receive,
      beginSend: mpi_begin_send, beginReceive: mpi_begin_receive, finish: mpi_finish))
  return ClusterProgram.run(Array(Console.arguments.dropFirst()), communicator)
}

exit(run().rawValue)
