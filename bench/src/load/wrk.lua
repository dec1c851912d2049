-- Takes the method and the body from the command line, and prints the totals: operations, microseconds, errors.
function init(args)
  wrk.method = args[1] or wrk.method
  if args[2] and args[2] ~= "" then wrk.body = args[2] end
end

function done(summary)
  local e = summary.errors
  io.write(string.format("bench %d %d %d\n", summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout))
end
