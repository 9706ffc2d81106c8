package world_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"github.com/ripostehq/riposte/internal/world"
)

const databases = `
accounts:
  - id: "111122223333"
    users: [{name: mallory, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAMALLORY000000001, secret: wJalrXUtnFEMI}]}]
    regions:
      eu-west-1:
        rows:
          rds.db-snapshot: [{DBSnapshotIdentifier: billing}]
          rds.db-instance: [{DBInstanceIdentifier: reports, DbiResourceId: db-REPORTS, DBInstanceStatus: available, Engine: postgres, AllocatedStorage: 100}, {DBInstanceIdentifier: kept, DbiResourceId: db-KEPT, DBInstanceStatus: available, DeletionProtection: true}]
          rds.proxy: [{DBProxyName: pool}]
          rds.proxy-target: [{TargetArn: pool/reports, RdsResourceId: reports}]
        target_groups: [{id: web/0123456789abcdef, port: 80, balancer: app/web/0123456789abcdef, targets: [i-0a], draining: [i-0b]}]
`

func TestDBSnapshotsAreSharedWithAccounts(t *testing.T) {
	w, err := world.New([]byte(databases), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, c, done, billing := t.Context(), rds.NewFromConfig(w.Config(ireland, mallory)), mustDo(t), aws.String("billing")
	share := func(add, remove []string) {
		done(c.ModifyDBSnapshotAttribute(ctx, &rds.ModifyDBSnapshotAttributeInput{
			DBSnapshotIdentifier: billing, AttributeName: aws.String("restore"), ValuesToAdd: add, ValuesToRemove: remove,
		}))
	}
	share([]string{"all", "444455556666"}, nil)
	share([]string{"444455556666"}, []string{"all"})
	out, err := c.DescribeDBSnapshotAttributes(ctx, &rds.DescribeDBSnapshotAttributesInput{DBSnapshotIdentifier: billing})
	if err != nil || !slices.Equal(out.DBSnapshotAttributesResult.DBSnapshotAttributes[0].AttributeValues, []string{"444455556666"}) {
		t.Errorf("it is shared with %+v, %v", out, err)
	}
}
