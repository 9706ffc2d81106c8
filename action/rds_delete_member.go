package action

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// deleteMemberKind takes a member out of a cluster that is to be deleted. The data is the cluster's, and stays there.
var deleteMemberKind = Define[DeleteMember](Kind{
	Name: "rds.delete-member", Version: 1, Does: "delete a member of a cluster of databases, whose data stays with the cluster", Class: Destroy, Tier: TierDestroy,
	WayBack: restoreMemberKind.Name,
	Reads:   []call.ID{call.RDSDescribeDBClusters, call.RDSDescribeDBInstances, call.RDSDescribeEvents},
	Writes:  []call.ID{call.RDSDeleteDBInstance},
})

// DeleteMember wants a member gone of a cluster that no client has connected to. The case announced both.
type DeleteMember struct {
	Member    event.Resource
	ID        string // its resource id, which no other database ever gets
	Cluster   string // the name
	ClusterID string // the cluster's resource id
	Case      string
	Told      time.Time // see DeleteCluster
}

// About is the action as data.
func (d DeleteMember) About() About {
	return About{
		Kind: deleteMemberKind, Target: d.Member, Identity: d.ID,
		Hits: "database " + d.Member.ID + " of cluster " + d.Cluster + ", where its data stays",
	}
}

// Look refuses whatever would keep the cluster from being deleted next: a member that is gone while its cluster stays is an outage for nothing.
func (d DeleteMember) Look(ctx context.Context, r access.Reads) (Look, error) {
	db, err := LookDatabase(ctx, r, d.Member)
	switch {
	case err != nil:
		return Look{}, err
	case db == nil:
		return Look{Satisfied: true}, nil
	case another(db, d.ID) != "":
		return Look{Missing: another(db, d.ID)}, nil
	case aws.ToString(db.DBInstanceStatus) == dbDeleting:
		return Look{Under: "it is being deleted"}, nil
	case aws.ToString(db.DBClusterIdentifier) != d.Cluster:
		return Look{Refused: "it is no member of cluster " + d.Cluster}, nil
	}
	cluster := clusterEnd{d.Member.Place().In(event.DBCluster, d.Cluster), d.ClusterID, d.Case, d.Told}
	c, look, err := cluster.look(ctx, r)
	switch {
	case err != nil || look != (Look{}):
		return look, err
	case c == nil:
		return Look{Missing: "its cluster is deleted"}, nil
	}
	if refused := announcedBy(DatabaseTags(db.TagList), d.Case); refused != "" {
		return Look{Refused: refused}, nil
	}
	if state := aws.ToString(db.DBInstanceStatus); state != dbAvailable {
		return Look{Refused: "its state is " + state}, nil
	}
	return Look{Inverse: restoringMember(d, db)}, nil
}

// Do deletes it. A member has no snapshot of its own: the cluster's has it all.
// https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_DeleteCluster.html
func (d DeleteMember) Do(ctx context.Context, w access.Writes) error {
	_, err := w.RDS(d.Member.Place()).DeleteDBInstance(ctx, &rds.DeleteDBInstanceInput{DBInstanceIdentifier: aws.String(d.Member.ID), SkipFinalSnapshot: aws.Bool(true)})
	return Refused(fmt.Sprintf("delete database %q of cluster %q", d.Member.ID, d.Cluster), err)
}

// restoreMemberKind gives back what was deleted.
var restoreMemberKind = Define[RestoreMember](Kind{
	Name: "rds.restore-member", Version: 1, Does: "make a member of a cluster of databases like the one that was deleted", Class: Mend, Tier: TierMend,
	Final:  "a member that was given back stays",
	Reads:  []call.ID{call.RDSDescribeDBInstances},
	Writes: []call.ID{call.RDSCreateDBInstance, call.RDSAddTagsToResource},
})

// RestoreMember wants a member that was deleted to be there again, under its name and so its endpoint. It leaves monitoring, Performance
// Insights and the maintenance window at their defaults.
type RestoreMember struct {
	Member  event.Resource
	ID      string // the resource id that it had; it gets another
	Cluster string
	Engine  string
	Class   string
	Zone    string
	Params  string // its group of parameters
	CA      string
	Rank    int32 // its promotion tier, 0 to 15
	Public  bool
	Minor   bool  // minor versions come by themselves
	Tags    []Tag // the owner's; riposte's own, and those of AWS, are left out
}

func restoringMember(d DeleteMember, db *types.DBInstance) RestoreMember {
	back := RestoreMember{
		Member: d.Member, ID: d.ID, Cluster: d.Cluster, Engine: aws.ToString(db.Engine), Class: aws.ToString(db.DBInstanceClass), Zone: aws.ToString(db.AvailabilityZone),
		CA: aws.ToString(db.CACertificateIdentifier), Rank: aws.ToInt32(db.PromotionTier), Public: aws.ToBool(db.PubliclyAccessible),
		Minor: aws.ToBool(db.AutoMinorVersionUpgrade), Tags: ownersOf(DatabaseTags(db.TagList)),
	}
	if len(db.DBParameterGroups) > 0 {
		back.Params = aws.ToString(db.DBParameterGroups[0].DBParameterGroupName)
	}
	return back
}

// About is the action as data.
func (b RestoreMember) About() About {
	return About{
		Kind: restoreMemberKind, Target: b.Member, Hits: "database " + b.Member.ID + " of cluster " + b.Cluster,
		Concerns: []event.Resource{b.Member.Place().In(event.DBCluster, b.Cluster)},
	}
}

// Look finds the database of that name. Whether its cluster is there yet RDS says at the call, which is tried again.
func (b RestoreMember) Look(ctx context.Context, r access.Reads) (Look, error) {
	db, err := LookDatabase(ctx, r, b.Member)
	switch {
	case err != nil:
		return Look{}, err
	case db == nil:
		return Look{}, nil
	case aws.ToString(db.DBInstanceStatus) == dbDeleting, aws.ToString(db.DBInstanceStatus) == dbCreating:
		return Look{Under: "its state is " + aws.ToString(db.DBInstanceStatus)}, nil
	case aws.ToString(db.DbiResourceId) == b.ID, DatabaseTags(db.TagList)[OfTag] == b.ID:
		return Look{Satisfied: true}, nil
	}
	return Look{Missing: "the name is another database's by now"}, nil
}

// Do makes it: one, since a name is given once. Of a cluster that is being made RDS refuses it (InvalidDBClusterStateFault), which passes.
func (b RestoreMember) Do(ctx context.Context, w access.Writes) error {
	_, err := w.RDS(b.Member.Place()).CreateDBInstance(ctx, &rds.CreateDBInstanceInput{
		DBInstanceIdentifier: aws.String(b.Member.ID), DBClusterIdentifier: aws.String(b.Cluster), Engine: aws.String(b.Engine), DBInstanceClass: aws.String(b.Class),
		AvailabilityZone: given(b.Zone), DBParameterGroupName: given(b.Params), CACertificateIdentifier: given(b.CA), PromotionTier: aws.Int32(b.Rank),
		PubliclyAccessible: aws.Bool(b.Public), AutoMinorVersionUpgrade: aws.Bool(b.Minor), Tags: databaseTags(append(slices.Clip(b.Tags), Tag{OfTag, b.ID})),
	})
	return Refused(fmt.Sprintf("make database %q of cluster %q", b.Member.ID, b.Cluster), err)
}
