# Reads texts with a NUL between them; writes 1 for each that Ruby compiles, and 0 for each that it does not.
$VERBOSE = nil
STDIN.read.force_encoding("UTF-8").split("\0", -1).each do |text|
  RubyVM::InstructionSequence.compile(text)
  print "1"
rescue SyntaxError, ArgumentError
  print "0"
end
