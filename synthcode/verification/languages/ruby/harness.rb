# Runs a Ruby program with its tests, in a sandbox: ruby harness.rb
#
# The nonce is held by local variables as small integers, which the program cannot reach: it is loaded from a file of
# its own. All that is used later is bound before that, since a program may redefine any method.

require "json"
require "set"

module SynthcodeForm
  DEEPEST = 60
  KIND = Kernel.instance_method(:class)
  IS_A = Kernel.instance_method(:kind_of?)
  JSON_OF = JSON.method(:generate)
  VARIABLES = Kernel.instance_method(:instance_variables)
  VARIABLE = Kernel.instance_method(:instance_variable_get)
  STRUCT = { names: Struct.instance_method(:members), values: Struct.instance_method(:to_a) }.freeze
  METHODS = {
    each: Array.instance_method(:each), pairs: Hash.instance_method(:each_pair), members: Set.instance_method(:each),
    join: Array.instance_method(:join), digits: Integer.instance_method(:to_s), float: Float.instance_method(:to_s),
  }.freeze

  def self.of(value, depth = 0)
    return '{"other": "a value nested too deeply"}' if depth > DEEPEST

    case kind_of(value)
    when "NilClass" then "null"
    when "TrueClass" then "true"
    when "FalseClass" then "false"
    when "Integer" then METHODS[:digits].bind_call(value)
    when "Float" then of_float(value)
    when "String" then of_text(value)
    when "Symbol" then of_text(value.name)
    else of_collection(value, depth + 1)
    end
  end

  def self.kind_of(value)
    KIND.bind_call(value).name
  end

  def self.of_float(value)
    return '{"float": "nan"}' if value.nan?
    return value > 0 ? '{"float": "inf"}' : '{"float": "-inf"}' if value.infinite?

    METHODS[:float].bind_call(value)
  end

  def self.of_text(text)
    return JSON_OF.call(text.dup.force_encoding("UTF-8").scrub) if text.encoding == Encoding::BINARY
    JSON_OF.call(text.encode("UTF-8", invalid: :replace, undef: :replace)) # such bytes equal no text
  rescue StandardError
    '{"other": "bytes that are not text"}'
  end

  def self.of_fields(pairs, depth)
    texts = pairs.map { |name, item| "[#{JSON_OF.call(name.to_s)}, #{of(item, depth)}]" }
    "{\"record\": [#{METHODS[:join].bind_call(texts, ", ")}]}"
  end

  def self.of_collection(value, depth)
    texts = []
    if IS_A.bind_call(value, Array)
      METHODS[:each].bind_call(value) { |item| texts << of(item, depth) }
      "[#{METHODS[:join].bind_call(texts, ", ")}]"
    elsif IS_A.bind_call(value, Hash)
      METHODS[:pairs].bind_call(value) { |key, item| texts << "[#{of(key, depth)}, #{of(item, depth)}]" }
      "{\"map\": [#{METHODS[:join].bind_call(texts, ", ")}]}"
    elsif IS_A.bind_call(value, Set)
      METHODS[:members].bind_call(value) { |item| texts << of(item, depth) }
      "{\"set\": [#{METHODS[:join].bind_call(texts, ", ")}]}"
    elsif IS_A.bind_call(value, Struct)
      of_fields(STRUCT[:names].bind_call(value).zip(STRUCT[:values].bind_call(value)), depth)
    elsif IS_A.bind_call(value, Range) || IS_A.bind_call(value, Enumerator)
      of_collection(value.first(100_000), depth)
    elsif kind_of(value) == "OpenStruct"
      of_fields(value.each_pair.to_a, depth)
    elsif VARIABLES.bind_call(value).any? && !IS_A.bind_call(value, Exception) && !IS_A.bind_call(value, Module)
      of_fields(VARIABLES.bind_call(value).map { |name| [name.name[1..], VARIABLE.bind_call(value, name)] }, depth)
    else
      "{\"other\": #{JSON_OF.call(kind_of(value).to_s)}}"
    end
  end
end

# Tests that are methods of a class run when Ruby ends, which a program here does not come to.
module SynthcodeRunners
  def self.run
    problem = problem_of_test_unit if defined?(Test::Unit::TestCase)
    problem ||= "a test of Minitest failed" if defined?(Minitest::Runnable) && !Minitest.run([])
    raise problem if problem
  end

  def self.problem_of_test_unit
    require "test/unit/testresult"
    Test::Unit::AutoRunner.need_auto_run = false
    result = Test::Unit::TestResult.new
    Test::Unit::TestCase::DESCENDANTS.each { |one| one.suite.run(result) {} }
    result.passed? ? nil : "a test of Test::Unit failed: #{(result.failures + result.errors).map(&:message).first}"
  end
end

main = lambda do
  line = STDIN.gets.to_s.strip
  parts = line.scan(/.{1,8}/).map { |part| part.to_i(16) } # small integers are no objects that could be listed
  line.clear
  out = STDOUT.dup
  write = IO.instance_method(:syswrite)
  flush = IO.instance_method(:flush)
  hex = ->(part) { format("%08x", part) }
  emit = ->(text) { write.bind_call(out, "\n#{hex.(parts[0])}#{hex.(parts[1])}#{hex.(parts[2])}#{hex.(parts[3])} #{text}\n") }
  plan = JSON.parse(File.read("plan.json"))
  leave = Process.method(:exit!)
  form = SynthcodeForm.method(:of)
  is_a = SynthcodeForm::IS_A
  literal = method(:eval)
  yielded = lambda do |given, named|
    items = []
    $synthcode_entry.call(*given, **named) { |*one| items << (one.length == 1 ? one[0] : one) && nil }
    items
  end
  require "rubygems" if plan["gems"]
  Object.send(:remove_const, :ObjectSpace)
  begin
    load "./solution.rb"
    load "./test.rb" if plan["test"]
    SynthcodeRunners.run if plan["test"]
    (plan["cases"] || []).flat_map { |place, forms| forms.map { |form| [place, *form] } }.each do |place, source, named|
      stored = nil
      result = begin
        given = literal.call(source)
        value = $synthcode_entry.call(*given, **literal.call(named))
        changed = given.select { |one| [Array, Hash, Set].any? { |kind| is_a.bind_call(one, kind) } }
        # a function without a result may have stored one there
        stored = form.call(changed[0]) if SynthcodeForm.kind_of(value) == "NilClass" && changed.length == 1
        form.call(value)
      rescue SystemExit, SignalException, NoMemoryError, LoadError
        raise
      rescue Exception => problem # a translation may raise anything
        "{\"raised\": #{JSON.generate(problem.class.name.to_s)}}"
      end
      emit.call("#{place} #{result}")
      emit.call("#{place} #{stored}") if stored
      next unless plan["yields"]

      items = begin
        yielded.call(literal.call(source), literal.call(named))
      rescue StandardError
        next
      end
      emit.call("#{place} #{form.call(items)}")
    end
  rescue SystemExit
    leave.call(0)
  rescue Exception => problem
    STDERR.syswrite("uncaught: #{problem.class}: #{problem.message}\n") rescue nil
    leave.call(1)
  end
  flush.bind_call(STDOUT)
  emit.call("end")
  leave.call(0)
end
main.call
