// flagd's own evaluator: one line {"document", "flags", "contexts"} in, one line [flag][context] of {"v"}, {"d"}, {"e"} out.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/open-feature/flagd/core/pkg/evaluator"
	"github.com/open-feature/flagd/core/pkg/logger"
	"github.com/open-feature/flagd/core/pkg/model"
	"github.com/open-feature/flagd/core/pkg/store"
	"github.com/open-feature/flagd/core/pkg/sync"
	"go.uber.org/zap"
)

type question struct {
	Document string
	Flags    []string
	Contexts []map[string]any
}

type answer struct {
	Value   *any   `json:"v,omitempty"`
	Default int    `json:"d,omitempty"`
	Error   string `json:"e,omitempty"`
}

func ask(resolver *evaluator.JSON, flag string, attributes map[string]any) answer {
	resolved := resolver.ResolveAsAnyValue(context.Background(), "", flag, attributes)
	if resolved.Error == nil {
		return answer{Value: &resolved.Value}
	}
	code := resolved.Error.Error()
	// A disabled flag, and a null result with an empty default variant: every client then gives the caller's default.
	if code == model.FlagDisabledErrorCode || code == model.FlagNotFoundErrorCode {
		return answer{Default: 1}
	}
	return answer{Error: code}
}

func reply(asked question, resolver *evaluator.JSON) [][]answer {
	refused := resolver.SetState(sync.DataSync{FlagData: asked.Document, Source: "parity"})
	answers := make([][]answer, len(asked.Flags))
	for row, flag := range asked.Flags {
		for _, attributes := range asked.Contexts {
			if refused != nil {
				answers[row] = append(answers[row], answer{Error: fmt.Sprintf("document refused: %s", refused)})
			} else {
				answers[row] = append(answers[row], ask(resolver, flag, attributes))
			}
		}
	}
	return answers
}

func main() {
	log := logger.NewLogger(zap.NewNop(), false)
	flags, err := store.NewStore(log, []string{"parity"})
	if err != nil {
		panic(err)
	}
	resolver := evaluator.NewJSON(log, flags)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<28)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		if err := out.Encode(reply(asked, resolver)); err != nil {
			panic(err)
		}
	}
}
