// Checks the names and types of each Go source from standard input by itself. Nothing of them is run.
//
// The input is, for each source, its length in bytes (4, big-endian) and its bytes in UTF-8. The output is, for each, in
// order and as soon as it is known, a line of its status (0 accepted, 1 refused, 2 the checker gave up, 3 accepted with
// names that are not resolved) and its messages in Base64. Imports of the standard library are read from its sources, so
// that no network, cache or module is needed.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

const (
	accepted = iota
	refused
	gaveUp
	unresolved

	logBytes    = 4000
	sourceBytes = 16 << 20
)

// What a fragment leaves open, and what a newer version of Go or of its library may have.
var open = regexp.MustCompile(`^(undefined: |undeclared name: |could not import |cannot infer |cannot range over )` +
	`|^\S+ not declared by package |undefined \(type \*?\w+\.\w+[ \[]`)

// A fragment's imports may serve what it does not show.
var unusedImport = regexp.MustCompile(`^"[^"]*" imported (and|but) not used`)

func main() {
	build.Default.CgoEnabled = false
	input := bufio.NewReader(os.Stdin)
	files := token.NewFileSet()
	library := standardLibrary{importer.ForCompiler(files, "source", nil)}
	for {
		var length uint32
		if binary.Read(input, binary.BigEndian, &length) != nil || length > sourceBytes {
			return
		}
		source := make([]byte, length)
		if _, err := io.ReadFull(input, source); err != nil {
			return
		}
		status, log := check(files, library, source)
		if len(log) > logBytes {
			log = log[:logBytes]
		}
		fmt.Printf("%d %s\n", status, base64.StdEncoding.EncodeToString([]byte(log)))
	}
}

func check(files *token.FileSet, library types.Importer, source []byte) (status int, log string) {
	defer func() {
		if problem := recover(); problem != nil {
			status, log = gaveUp, "0:0: the checker gave up"
		}
	}()
	file, isFragment, err := parse(files, source)
	if err != nil {
		return refused, strings.ReplaceAll(err.Error(), "program.go:", "")
	}
	if isFragment {
		return unresolved, "statements without a function"
	}
	var errors, unused []types.Error
	isOpen := false
	config := types.Config{
		Importer: library,
		Sizes:    types.SizesFor("gc", runtime.GOARCH),
		Error: func(err error) {
			found := err.(types.Error)
			isOpen = isOpen || open.MatchString(found.Msg)
			if unusedImport.MatchString(found.Msg) {
				unused = append(unused, found)
			} else {
				errors = append(errors, found)
			}
		},
	}
	config.Check("program", files, []*ast.File{file}, nil) // its errors have been passed to the function above
	switch {
	case isOpen || len(errors) == 0 && len(unused) > 0:
		return unresolved, messages(append(errors, unused...))
	case len(errors) > 0:
		return refused, messages(errors)
	}
	return accepted, ""
}

// parse accepts what gofmt does: a file, declarations without a package clause, or statements.
func parse(files *token.FileSet, source []byte) (file *ast.File, isFragment bool, err error) {
	mode := parser.SkipObjectResolution
	file, err = parser.ParseFile(files, "program.go", source, mode)
	if err == nil || !strings.Contains(err.Error(), "expected 'package'") {
		return file, false, err
	}
	file, err = parser.ParseFile(files, "program.go", "package program; "+string(source), mode)
	if err == nil || !strings.Contains(err.Error(), "expected declaration") {
		return file, false, err
	}
	statements := "package program; func _() { " + string(source) + "\n\n}"
	if _, failure := parser.ParseFile(files, "program.go", statements, mode); failure == nil {
		return nil, true, nil
	}
	return nil, false, err
}

func messages(errors []types.Error) string {
	var log strings.Builder
	for _, one := range errors {
		place := one.Fset.Position(one.Pos)
		fmt.Fprintf(&log, "%d:%d: %s\n", place.Line, place.Column, strings.ReplaceAll(one.Msg, "\n", " "))
		if log.Len() > logBytes {
			break
		}
	}
	return log.String()
}

// standardLibrary imports its packages only: for any other, the importer would run the go command.
type standardLibrary struct {
	sources types.Importer
}

func (library standardLibrary) Import(path string) (*types.Package, error) {
	folder := filepath.Join(build.Default.GOROOT, "src", filepath.FromSlash(path))
	if path == "C" || path != filepath.ToSlash(filepath.Clean(path)) || strings.HasPrefix(path, ".") || !isFolder(folder) {
		return nil, fmt.Errorf("%q is not in the standard library", path)
	}
	return library.sources.Import(path)
}

func isFolder(path string) bool {
	status, err := os.Stat(path)
	return err == nil && status.IsDir()
}
