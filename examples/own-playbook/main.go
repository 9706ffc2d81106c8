// Command own-playbook is riposte with a playbook and an action of a company's own beside those that riposte brings. All that
// riposte does with a playbook it does with this one: riposte explain, permissions, validate, replay, demo, serve.
package main

import (
	"github.com/ripostehq/riposte"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

func main() { riposte.Main(catalogue(), kinds()) }

func catalogue() []playbook.Definition { return append(playbooks.All(), groupOversized()) }

func kinds() []action.Kind { return append(action.Kinds(), capGroupKind) }
