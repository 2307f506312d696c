// Reads texts with a NUL between them; writes 1 for each that Go's parser takes, and 0 for each that it does not.
package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os"
	"strings"
)

func main() {
	data, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	for _, text := range strings.Split(string(data), "\x00") {
		if _, err := parser.ParseFile(token.NewFileSet(), "text.go", text, parser.AllErrors); err == nil {
			fmt.Print("1")
		} else {
			fmt.Print("0")
		}
	}
}
