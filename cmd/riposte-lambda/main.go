// Command riposte-lambda is riposte as an AWS Lambda function. It is the file bootstrap of the provided.al2023 runtime.
package main

import (
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/lambda"
	"github.com/ripostehq/riposte/playbooks"
)

func main() { lambda.Main(playbooks.All(), action.Kinds()) }
