"""Tree-sitter queries that find the variables of a program, one for each language.

Captures: ``scope`` is what the variables that are declared in it are visible in; ``declared`` is a name where a
parameter or a variable is declared; ``kept`` is a name with another meaning, which its variable must not lose, as that
of an argument that is passed by name; ``other`` is a name that is never a variable's, as a label;
``token`` and ``macro`` are names and text in macros, which grammars do not look into. Names of variables
are nodes of the types in ``MENTIONS``.
"""

from __future__ import annotations

_SCRIPT = """
[(program) (function_declaration) (function_expression) (generator_function) (generator_function_declaration)
 (arrow_function) (method_definition) (class_static_block)] @scope
(variable_declarator name: (identifier) @declared)
(variable_declarator name: (identifier) @kept
 value: [(arrow_function) (function_expression) (generator_function) (class)])
(array_pattern (identifier) @declared)
(pair_pattern value: (identifier) @declared)
(rest_pattern (identifier) @declared)
(assignment_pattern left: (identifier) @declared)
(arrow_function parameter: (identifier) @declared)
(catch_clause parameter: (identifier) @declared)
(for_in_statement kind: _ left: (identifier) @declared)
[(shorthand_property_identifier) (shorthand_property_identifier_pattern)] @kept
(export_statement declaration: (_ (variable_declarator name: (identifier) @kept)))
(export_specifier name: (identifier) @kept)
(import_specifier (identifier) @kept)
(import_clause (identifier) @kept)
(namespace_import (identifier) @kept)
[(function_declaration name: (identifier) @kept) (generator_function_declaration name: (identifier) @kept)
 (function_expression name: (identifier) @kept)]
"""

_C = """
(function_definition) @scope
(declaration declarator: (function_declarator) @scope)
(declaration declarator: (pointer_declarator declarator: (function_declarator) @scope))
(declaration declarator: (identifier) @declared)
(init_declarator declarator: (identifier) @declared)
(pointer_declarator declarator: (identifier) @declared)
(array_declarator declarator: (identifier) @declared)
(parameter_declaration declarator: (identifier) @declared)
(function_declarator declarator: (identifier) @kept)
(call_expression function: (identifier) @kept)
(enumerator name: (identifier) @kept)
[(preproc_def name: (identifier) @kept) (preproc_function_def name: (identifier) @kept)]
(preproc_params (identifier) @kept)
(preproc_arg) @macro
"""

QUERIES: dict[str, str] = {
    "python": """
[(module) (function_definition) (lambda)] @scope
(assignment left: (identifier) @declared)
(assignment left: (identifier) @kept right: (lambda))
(named_expression name: (identifier) @declared)
[(pattern_list (identifier) @declared) (tuple_pattern (identifier) @declared) (list_pattern (identifier) @declared)
 (list_splat_pattern (identifier) @declared) (dictionary_splat_pattern (identifier) @declared)]
[(for_statement left: (identifier) @declared) (for_in_clause left: (identifier) @declared)]
(as_pattern_target (identifier) @declared)
[(parameters (identifier) @declared) (lambda_parameters (identifier) @declared)]
[(default_parameter name: (identifier) @declared) (typed_parameter (identifier) @declared)
 (typed_default_parameter name: (identifier) @declared)]
(attribute attribute: (identifier) @other)
(keyword_argument name: (identifier) @kept)
(function_definition name: (identifier) @kept)
(class_definition name: (identifier) @kept)
(class_definition body: (block (expression_statement (assignment left: (identifier) @kept))))
(import_statement name: (dotted_name (identifier) @kept))
(import_from_statement (dotted_name (identifier) @kept))
(aliased_import alias: (identifier) @kept)
(keyword_pattern (identifier) @kept)
""",
    "java": """
[(method_declaration) (constructor_declaration) (compact_constructor_declaration) (lambda_expression)
 (static_initializer) (class_body (block))] @scope
(local_variable_declaration declarator: (variable_declarator name: (identifier) @declared))
(formal_parameter name: (identifier) @declared)
(spread_parameter (variable_declarator name: (identifier) @declared))
(catch_formal_parameter name: (identifier) @declared)
(enhanced_for_statement name: (identifier) @declared)
(lambda_expression parameters: (identifier) @declared)
(inferred_parameters (identifier) @declared)
(resource name: (identifier) @declared)
(instanceof_expression name: (identifier) @declared)
(field_declaration declarator: (variable_declarator name: (identifier) @kept))
(constant_declaration declarator: (variable_declarator name: (identifier) @kept))
(record_declaration parameters: (formal_parameters (formal_parameter name: (identifier) @kept)))
(enum_constant name: (identifier) @kept)
(field_access field: (identifier) @other)
(method_invocation name: (identifier) @other)
(method_reference (_) (identifier) @other .)
(method_declaration name: (identifier) @other)
(labeled_statement . (identifier) @other)
[(break_statement (identifier) @other) (continue_statement (identifier) @other)]
(element_value_pair key: (identifier) @other)
""",
    "javascript": f"{_SCRIPT} (formal_parameters (identifier) @declared)",
    "typescript": f"""{_SCRIPT}
[(function_signature) (method_signature) (abstract_method_signature) (call_signature) (construct_signature)
 (function_type) (constructor_type)] @scope
[(required_parameter pattern: (identifier) @declared) (optional_parameter pattern: (identifier) @declared)]
(method_definition name: (property_identifier) @_name
 parameters: (formal_parameters (required_parameter pattern: (identifier) @kept)) (#eq? @_name "constructor"))
(index_signature name: (identifier) @other)
(function_signature name: (identifier) @kept)
(enum_declaration name: (identifier) @kept)
""",
    "go": """
[(function_declaration) (method_declaration) (func_literal) (function_type) (method_elem)] @scope
(parameter_declaration name: (identifier) @declared)
(variadic_parameter_declaration name: (identifier) @declared)
(short_var_declaration left: (expression_list (identifier) @declared))
(range_clause left: (expression_list (identifier) @declared))
(receive_statement left: (expression_list (identifier) @declared))
(type_switch_statement alias: (expression_list (identifier) @declared))
(var_spec name: (identifier) @declared)
(const_spec name: (identifier) @declared)
(keyed_element . (literal_element (identifier) @kept))
(function_declaration name: (identifier) @kept)
(call_expression function: (identifier) @kept)
""",
    "php": """
[(program) (function_definition) (method_declaration) (anonymous_function) (arrow_function)] @scope
(variable_name (name) @declared)
(property_element name: (variable_name (name) @kept))
(property_promotion_parameter name: (variable_name (name) @kept))
(scoped_property_access_expression name: (variable_name (name) @kept))
(argument name: (name) @kept)
(dynamic_variable_name) @reflection
""",
    "ruby": """
[(program) (method) (singleton_method) (block) (do_block) (lambda)] @scope
[(method_parameters (identifier) @declared) (block_parameters (identifier) @declared)
 (lambda_parameters (identifier) @declared) (destructured_parameter (identifier) @declared)]
[(optional_parameter name: (identifier) @declared) (splat_parameter name: (identifier) @declared)
 (hash_splat_parameter name: (identifier) @declared) (block_parameter name: (identifier) @declared)]
(keyword_parameter name: (identifier) @kept)
(assignment left: (identifier) @declared)
(operator_assignment left: (identifier) @declared)
[(left_assignment_list (identifier) @declared) (destructured_left_assignment (identifier) @declared)
 (rest_assignment (identifier) @declared)]
(for pattern: (identifier) @declared)
(exception_variable (identifier) @declared)
(as_pattern name: (identifier) @declared)
(call method: (identifier) @other)
[(method name: (identifier) @kept) (singleton_method name: (identifier) @kept)]
[(keyword_pattern key: (hash_key_symbol) @kept !value) (pair key: (hash_key_symbol) @kept !value)]
[(array_pattern (identifier) @kept) (find_pattern (identifier) @kept) (in_clause pattern: (identifier) @kept)]
""",
    "c": _C,
    "cpp": f"""{_C}
(lambda_expression) @scope
(declaration declarator: (reference_declarator (function_declarator) @scope))
(field_declaration declarator: (function_declarator) @scope)
(reference_declarator (identifier) @declared)
(optional_parameter_declaration declarator: (identifier) @declared)
(variadic_declarator (identifier) @declared)
(structured_binding_declarator (identifier) @declared)
(for_range_loop declarator: (identifier) @declared)
(lambda_capture_initializer left: (identifier) @declared)
(template_parameter_list (parameter_declaration declarator: (identifier) @kept))
(qualified_identifier name: (identifier) @other)
""",
    "csharp": """
[(compilation_unit) (method_declaration) (constructor_declaration) (local_function_statement) (lambda_expression)
 (anonymous_method_expression) (accessor_declaration) (operator_declaration) (conversion_operator_declaration)
 (indexer_declaration) (delegate_declaration)] @scope
(variable_declarator name: (identifier) @declared)
(field_declaration (variable_declaration (variable_declarator name: (identifier) @kept)))
(event_field_declaration (variable_declaration (variable_declarator name: (identifier) @kept)))
(parameter name: (identifier) @declared)
(parameter_list name: (identifier) @declared)
(implicit_parameter) @declared
(tuple_pattern name: (identifier) @declared)
(foreach_statement left: (identifier) @declared)
(declaration_expression name: (identifier) @declared)
(declaration_pattern name: (identifier) @declared)
(catch_declaration name: (identifier) @declared)
(from_clause name: (identifier) @declared)
(let_clause . (identifier) @declared)
[(record_declaration (parameter_list (parameter name: (identifier) @kept)))
 (class_declaration (parameter_list (parameter name: (identifier) @kept)))
 (struct_declaration (parameter_list (parameter name: (identifier) @kept)))]
[(property_declaration name: (identifier) @kept) (enum_member_declaration name: (identifier) @kept)
 (method_declaration name: (identifier) @kept) (local_function_statement name: (identifier) @kept)]
(member_access_expression name: (identifier) @other)
(member_binding_expression name: (identifier) @other)
(argument name: (identifier) @kept)
(tuple_element name: (identifier) @kept)
(anonymous_object_creation_expression (identifier) @kept)
(initializer_expression (assignment_expression left: (identifier) @kept))
(invocation_expression function: (identifier) @kept)
(labeled_statement . (identifier) @other)
""",
    "rust": """
[(function_item) (function_signature_item) (closure_expression)] @scope
(parameter pattern: (identifier) @declared)
(let_declaration pattern: (identifier) @declared)
(for_expression pattern: (identifier) @declared)
(let_condition pattern: (identifier) @declared)
(closure_parameters (identifier) @declared)
(match_pattern . (identifier) @declared)
[(mut_pattern (identifier) @declared) (tuple_pattern (identifier) @declared) (ref_pattern (identifier) @declared)
 (reference_pattern (identifier) @declared) (slice_pattern (identifier) @declared)
 (captured_pattern . (identifier) @declared) (or_pattern (identifier) @declared)
 (field_pattern pattern: (identifier) @declared)]
(tuple_struct_pattern (identifier) @declared)
(tuple_struct_pattern type: (identifier) @kept)
[(shorthand_field_initializer (identifier) @kept) (shorthand_field_identifier) @kept]
(call_expression function: (identifier) @kept)
(macro_invocation macro: (identifier) @kept)
(token_tree (identifier) @token)
(macro_definition (_ (identifier) @kept))
(function_item name: (identifier) @kept)
[(const_item name: (identifier) @kept) (static_item name: (identifier) @kept)
 (const_parameter name: (identifier) @kept)]
[(use_declaration argument: (identifier) @kept) (use_list (identifier) @kept) (use_as_clause alias: (identifier) @kept)]
[(scoped_identifier path: (identifier) @other) (scoped_identifier name: (identifier) @other)]
[(lifetime (identifier) @other) (label (identifier) @other)]
""",
    "kotlin": """
[(function_declaration) (anonymous_function) (lambda_literal) (getter) (setter) (secondary_constructor)
 (anonymous_initializer) (function_type)] @scope
(function_value_parameters (parameter . (identifier) @declared))
(function_type_parameters (parameter . (identifier) @declared))
(variable_declaration . (identifier) @declared)
(catch_block . (identifier) @declared)
(setter . (identifier) @declared)
(class_body (property_declaration (variable_declaration . (identifier) @kept)))
(class_parameter (identifier) @kept)
(function_declaration name: (identifier) @kept)
(value_argument . (identifier) @kept . "=")
(call_expression . (identifier) @kept)
(navigation_expression (_) (identifier) @other .)
(callable_reference (identifier) @kept)
(enum_entry (identifier) @kept)
(user_type (identifier) @other)
""",
}

MENTIONS: dict[str, str] = {
    **dict.fromkeys(QUERIES, "(identifier) @mention"),
    "php": "(variable_name (name) @mention)",
    "cpp": "[(identifier) (type_identifier)] @mention",  # vector<int> v(n): the grammar takes n for a type
    "csharp": "[(identifier) (implicit_parameter)] @mention",
}
