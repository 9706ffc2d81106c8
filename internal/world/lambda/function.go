// Package lambda is Lambda in the world: functions as an inventory, none of which runs.
package lambda

import (
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Service is Lambda.
func Service() *core.Service {
	words := core.JSONWords()
	words.Throttled = core.Refusal{Code: "TooManyRequestsException", Message: "Rate exceeded", Status: 429}
	return &core.Service{
		Name: "lambda", SDK: "Lambda", Reference: "https://docs.aws.amazon.com/lambda/latest/api/API_",
		Words: words, Resources: []core.Resource{functionResource()},
	}
}

var functions = core.Shelf[types.FunctionConfiguration]{Kind: "lambda.function", ID: "FunctionName"}

func functionResource() core.Resource {
	return core.Resource{Shelf: &functions, Operations: []core.Operation{
		core.Define(core.Spec[sdk.ListFunctionsInput, sdk.ListFunctionsOutput]{Knows: "Marker MaxItems", Answer: listFunctions}),
	}}
}

// mostFunctions is the largest page. https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
const mostFunctions = int32(50)

func listFunctions(c *core.Call, in *sdk.ListFunctionsInput) (*sdk.ListFunctionsOutput, *core.Refusal) {
	var all []types.FunctionConfiguration
	for _, f := range functions.Sorted(c.At) {
		all = append(all, *f)
	}
	size := mostFunctions
	if in.MaxItems != nil {
		size = min(size, *in.MaxItems)
	}
	page, next, refused := core.Paged(all, in.Marker, &size)
	return &sdk.ListFunctionsOutput{Functions: page, NextMarker: next}, refused
}
