// Command riposte watches an AWS organisation, answers what must not happen, and can take every answer back.
package main

import (
	"github.com/ripostehq/riposte"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbooks"
)

func main() { riposte.Main(playbooks.All(), action.Kinds()) }
