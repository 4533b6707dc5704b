// Prints a Compose file as Compose itself reads it: interpolated, merged, with every profile.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	options, err := cli.NewProjectOptions([]string{os.Args[1]}, cli.WithOsEnv, cli.WithDefaultProfiles("*"))
	if err == nil {
		var text []byte
		project, loadError := options.LoadProject(context.Background())
		if err = loadError; err == nil {
			text, err = project.MarshalJSON()
			fmt.Print(string(text))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
