package e2e

import (
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/internal/mototest"
)

// acting is a configuration that answers launches from unapproved images, without a limit that a test would come to.
func acting(q queue, ledger string) string {
	return fmt.Sprintf(`organization:
  accounts: [{id: %q, name: shop, environment: production}]
  regions: [eu-west-1]
playbooks:
  defaults: {mode: observe}
  launch.unapproved-image: {mode: act}
sources:
  - sqs: {queue_url: %q, region: eu-west-1}
ledger: %q
report: {security_hub: true}
limits: {incidents_per_hour: 100000, destroy_per_hour: 100000}`, mototest.Account, q.url, ledger)
}

// withRoles lets riposte enter two accounts by roles, one for each tier.
func withRoles(config string) string {
	return strings.Replace(config, "production}]", `production}, {id: "`+lab+`", name: lab}]
  roles: {audit: riposte-audit, report: riposte-report, contain: riposte-contain, destroy: riposte-destroy, external_id: riposte-e2e}`, 1)
}
