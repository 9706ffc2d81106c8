package identity

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkHostilePolicy is what the record of the longest policy costs that an attacker may write, of patterns that almost match,
// with as many regions as AWS has.
func BenchmarkHostilePolicy(b *testing.B) {
	var actions, regions []string
	for i := range 600 {
		actions = append(actions, fmt.Sprintf(`"autos*c*g:%d*"`, i))
	}
	for i := range 17 {
		regions = append(regions, fmt.Sprintf("region-%d", i))
	}
	document := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[` + strings.Join(actions, ",") + `],"Resource":"*"}]}`
	for b.Loop() {
		speaksOfOthers(web().Role, regions, document)
	}
}
