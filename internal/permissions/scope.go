package permissions

import (
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam"
)

// scope narrows a call: the resources it may concern, and under which condition. What each call supports is written in
// the Service Authorization Reference, https://docs.aws.amazon.com/service-authorization/latest/reference/
type scope struct {
	name      string // the statement's Sid
	resources []string
	condition map[string]map[string][]string
}

// scopes are alternatives: a call is allowed where one of them fits.
type scopes []scope

// protections are the three attributes that the contain tier may set, each to the value that protects: a holder of its role can
// neither switch a protection off, nor give an instance user data, which runs as root when it is started next. The keys are
// what AWS was seen to ask about when one attribute is set by its own member, which is how action.Protect sets it; that the
// other spelling (Attribute and Value) brings no such key, and is refused therefore, is unverified.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policies-for-amazon-ec2.html#attribute-key
var protections = scopes{
	{"ProtectFromTermination", anyResource, attribute("DisableApiTermination", "true")},
	{"ProtectFromStop", anyResource, attribute("DisableApiStop", "true")},
	{"ProtectFromShutdown", anyResource, attribute("InstanceInitiatedShutdownBehavior", "stop")},
}

// unshared are the ways in which the contain tier may change the accounts that a snapshot is shared with: it takes away, and
// adds none, so that a holder of its role can't carry a disk away.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
var unshared = scopes{
	{"UnshareWithAccounts", anyResource, given("ec2:Remove/userId", "ec2:Add/userId", "ec2:Add/group")},
	{"UnshareWithAll", anyResource, given("ec2:Remove/group", "ec2:Add/userId", "ec2:Add/group")},
}

// deletedRecords are those that the contain tier may delete; it writes none: who may write a record can lead every name of the company elsewhere. A batch
// that also creates is refused, since each of its actions has to be a deletion.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
var deletedRecords = scope{"DeleteRecords", anyResource, map[string]map[string][]string{
	"ForAllValues:StringEquals": {
		"route53:ChangeResourceRecordSetsActions":     {"DELETE"},
		"route53:ChangeResourceRecordSetsRecordTypes": {"A", "AAAA", "CNAME", "NS"},
	},
	"Null": {"route53:ChangeResourceRecordSetsActions": {"false"}, "route53:ChangeResourceRecordSetsRecordTypes": {"false"}},
}}

// given asks for a key, and for the absence of others.
func given(key string, absent ...string) map[string]map[string][]string {
	null := map[string][]string{key: {"false"}}
	for _, a := range absent {
		null[a] = []string{"true"}
	}
	return map[string]map[string][]string{"Null": null}
}

func attribute(name, value string) map[string]map[string][]string {
	return map[string]map[string][]string{"StringEqualsIgnoreCase": {"ec2:Attribute/" + name: {value}}}
}

// Where a call takes resources of one type only (groups, instances, templates, users), all of that type are "*": a pattern of
// nothing but wildcards would say the same, and emulators that know no resources would refuse it.
var (
	anyResource = []string{"*"}
	everywhere  = scope{name: "Read", resources: anyResource} // Describe calls take no resource
	findings    = scope{name: "Findings", resources: anyResource}
	fleets      = scope{name: "Fleets", resources: []string{"arn:*:ec2:*:*:fleet/*"}} // and no template to give them
	spotFleets  = scope{name: "SpotFleets", resources: []string{"arn:*:ec2:*:*:spot-fleet-request/*"}}
	launches    = scope{"LaunchFromTemplates", []string{"arn:*:ec2:*:*:*"}, map[string]map[string][]string{"ArnLike": {"ec2:LaunchTemplate": {templateARNs}}}}
	launchTags  = scope{"TagWhatIsLaunched", []string{"arn:*:ec2:*:*:*"}, exactly("ec2:CreateAction", "RunInstances")}
	passed      = scope{"PassToInstances", []string{roleARNs}, exactly("iam:PassedToService", "ec2.amazonaws.com", "ec2.amazonaws.com.cn")}
	users       = scope{name: "Users", resources: anyResource}
	roles       = scope{name: "Roles", resources: []string{roleARNs}}
	deniedUsers = scope{"DenyUsers", anyResource, only("iam:PolicyARN", action.DenyPolicy)}
	deniedRoles = scope{"DenyRoles", []string{roleARNs}, only("iam:PolicyARN", action.DenyPolicy)}
	newDecoys   = scope{"PlantDecoys", anyResource, present("aws:RequestTag/" + decoyTag)}
	ownDecoys   = scope{"KeysOfDecoys", anyResource, present("aws:ResourceTag/" + decoyTag)}
	boundUsers  = scope{"BoundUsers", anyResource, only("iam:PermissionsBoundary", action.BoundaryPolicy)}
)

// decoyTag is the tag of internal/decoy's users.
const decoyTag = "riposte:decoy"

// present asks for keys, whatever their values.
func present(keys ...string) map[string]map[string][]string {
	null := make(map[string][]string, len(keys))
	for _, key := range keys {
		null[key] = []string{"false"}
	}
	return map[string]map[string][]string{"Null": null}
}

const (
	templateARNs      = "arn:*:ec2:*:*:launch-template/*"
	userARNs          = "arn:*:iam::*:user/*"
	roleARNs          = "arn:*:iam::*:role/*"
	clusterARNs       = "arn:*:rds:*:*:cluster:*"
	securityGroupARNs = "arn:*:ec2:*:*:security-group/*"
	ownRoles          = "arn:*:iam::*:role/riposte-*" // whatever the guardrail keeps, roles of the hub included
)

// only makes the contain tier unable to attach, detach or set any policy but the one that was deployed for it: a riposte
// in wrong hands can deny, and can't make itself administrator.
func only(key, policy string) map[string]map[string][]string {
	return map[string]map[string][]string{"ArnLike": {key: {"arn:*:iam::*:policy/" + policy}}}
}

// exactly narrows to some values of a key; a request without the key is not meant.
func exactly(key string, values ...string) map[string]map[string][]string {
	return map[string]map[string][]string{"StringEquals": {key: values}}
}

// announced narrows what deletes to what riposte said beforehand that it would: a stolen session of the destroy tier deletes nothing that
// the tag tier's role did not tag. The case alone says nothing: whatever riposte has changed carries it, as a machine does that was contained, or announced to
// be stopped. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
var announced = scopes{{"DeleteWhatWasAnnounced", anyResource, present("aws:ResourceTag/"+action.CaseTag, "aws:ResourceTag/"+action.DeletesTag)}}

// endedUsers are the calls by which the destroy tier takes apart and deletes a user: one that was announced, as all that it deletes.
// A group has no tags: out of one it may take any user, which takes rights from it, or what the group denies.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
func endedUsers() map[call.ID]scopes {
	return map[call.ID]scopes{
		call.IAMDeleteLoginProfile: announced, call.IAMDeleteAccessKey: announced, call.IAMDetachUserPolicy: announced, call.IAMDeleteUserPolicy: announced,
		call.IAMDeleteUser:          announced,
		call.IAMRemoveUserFromGroup: {{name: "TakeOutOfGroups", resources: anyResource}},
		call.IAMPutUserPermissionsBoundary: {{"BoundWhatWasAnnounced", anyResource, map[string]map[string][]string{
			"Null": announced[0].condition["Null"], "ArnLike": boundUsers.condition["ArnLike"],
		}}},
	}
}

// announcedAlone leaves out what carries riposte:case as a way back: a stolen session of the destroy tier deletes no snapshot that gives a volume back.
var announcedAlone = scopes{{"DeleteSnapshotsThatWereAnnounced", anyResource, map[string]map[string][]string{"Null": {
	"aws:ResourceTag/" + action.CaseTag: {"false"}, "aws:ResourceTag/" + action.DeletesTag: {"false"}, "aws:ResourceTag/" + action.KeepUntilTag: {"true"},
}}}}

// newTags are the tags that the mend tier makes something with, and it puts no others.
var newTags = scope{"TagWhatIsMade", []string{"arn:*:ec2:*:*:*"}, exactly("ec2:CreateAction", "AllocateAddress", "CreateImage", "CreateSnapshot", "CreateVolume")}

// relaunches are what the author tier may launch beside what templates say: an instance of an image that a case had made, and of no other.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-runinstances
var relaunches = scopes{
	{"LaunchKeptImages", []string{"arn:*:ec2:*::image/*"}, present("aws:ResourceTag/" + action.CaseTag)},
	{"LaunchInto", []string{
		"arn:*:ec2:*:*:instance/*", "arn:*:ec2:*:*:key-pair/*", "arn:*:ec2:*:*:network-interface/*", "arn:*:ec2:*:*:security-group/*", "arn:*:ec2:*::snapshot/*",
		"arn:*:ec2:*:*:subnet/*", "arn:*:ec2:*:*:volume/*",
	}, nil},
}

// members are the databases that the mend tier may make: of Aurora's engines, which want a cluster to be in, and in those clusters alone that a case
// announced, or that stand for one that it deleted.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
var members = scopes{
	{"MakeMembers", []string{"arn:*:rds:*:*:db:*"}, map[string]map[string][]string{"StringLike": {"rds:DatabaseEngine": {"aurora-*"}}}},
	{"InAnnouncedClusters", []string{clusterARNs}, present("aws:ResourceTag/" + action.CaseTag)},
	{"InClustersThatCameBack", []string{clusterARNs}, present("aws:ResourceTag/" + action.OfTag)},
	{"WithTheirGroups", []string{"arn:*:rds:*:*:og:*", "arn:*:rds:*:*:pg:*", "arn:*:rds:*:*:secgrp:*", "arn:*:rds:*:*:subgrp:*"}, nil},
}

// endedClusters are what the destroy tier may delete of clusters: what was announced, into a final snapshot of riposte's.
var endedClusters = scopes{
	{"DeleteAnnouncedClusters", []string{clusterARNs}, present("aws:ResourceTag/"+action.CaseTag, "aws:ResourceTag/"+action.DeletesTag)},
	{"IntoFinalSnapshots", []string{"arn:*:rds:*:*:cluster-snapshot:riposte-*"}, nil},
}

// stopped is what the mend tier may stop: what was announced as unused, and not whatever carries a case.
var stopped = scopes{{"StopWhatWasAnnounced", anyResource, present("aws:ResourceTag/"+action.CaseTag, "aws:ResourceTag/"+action.UnusedSinceTag)}}

// mended returns how calls of the mend tier are narrowed: a stolen session of it stops no database that was not announced, and announces
// none; makes databases of final snapshots of riposte's alone; and switches no token off.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-instance-metadata
func mended() map[call.ID]scopes {
	return map[call.ID]scopes{
		call.EC2CreateTags:                    {newTags},
		call.EC2ModifyInstanceMetadataOptions: {{"RequireTokens", anyResource, attribute("HttpTokens", "required")}},
		call.EC2StopInstances:                 stopped,
		call.RDSStopDBInstance:                stopped,
		call.RDSStopDBCluster:                 stopped,
		call.RDSAddTagsToResource:             {{"TagDatabasesThatComeBack", []string{"arn:*:rds:*:*:cluster:*", "arn:*:rds:*:*:db:*"}, unannounced()}},
		call.RDSCreateDBInstance:              members,
		call.RedshiftPauseCluster:             stopped,
		call.RedshiftCreateTags:               {{"TagWarehousesThatComeBack", []string{"arn:*:redshift:*:*:cluster:*"}, unannounced()}},
		call.RedshiftRestoreFromClusterSnapshot: {{name: "RestoreFinalWarehouseSnapshots", resources: []string{
			"arn:*:redshift:*:*:cluster:*", "arn:*:redshift:*:*:snapshot:*/riposte-*",
		}}},
		call.RDSRestoreDBClusterFromSnapshot: {{name: "RestoreFinalClusterSnapshots", resources: []string{
			"arn:*:rds:*:*:cluster:*", "arn:*:rds:*:*:cluster-pg:*", "arn:*:rds:*:*:cluster-snapshot:riposte-*", "arn:*:rds:*:*:og:*", "arn:*:rds:*:*:subgrp:*",
		}}},
		call.RDSRestoreDBInstanceFromDBSnapshot: {{name: "RestoreFinalSnapshots", resources: []string{
			"arn:*:rds:*:*:db:*", "arn:*:rds:*:*:og:*", "arn:*:rds:*:*:pg:*", "arn:*:rds:*:*:snapshot:riposte-*", "arn:*:rds:*:*:subgrp:*",
		}}},
	}
}

// unannounced leaves out the keys that announce. IAM compares the key in aws:ResourceTag whatever its case, and so are they here.
func unannounced() map[string]map[string][]string {
	return map[string]map[string][]string{
		"ForAllValues:StringNotEqualsIgnoreCase": {"aws:TagKeys": {action.CaseTag, action.PlaybookTag, action.UnusedSinceTag, action.DeletesTag}},
		"Null":                                   {"aws:TagKeys": {"false"}},
	}
}

// narrowed returns the changing calls that are allowed under a condition, or on some resources only; all others are allowed on all
// of the type that they concern.
func narrowed() map[call.ID]scopes {
	return map[call.ID]scopes{
		call.EC2RunInstances:                 {launches},
		call.EC2CreateTags:                   {launchTags},
		call.IAMPassRole:                     {passed},
		call.EC2ModifyInstanceAttribute:      protections,
		call.EC2DeleteVolume:                 announced,
		call.EC2ReleaseAddress:               announced,
		call.ELBDeleteLoadBalancer:           announced,
		call.RDSDeleteDBInstance:             announced,
		call.RDSDeleteDBCluster:              endedClusters,
		call.EC2ModifyFleet:                  {fleets},
		call.EC2ModifySpotFleetRequest:       {spotFleets},
		call.EC2ModifySnapshotAttribute:      unshared,
		call.IAMAttachUserPolicy:             {deniedUsers},
		call.IAMDetachUserPolicy:             {deniedUsers},
		call.IAMAttachRolePolicy:             {deniedRoles},
		call.IAMDetachRolePolicy:             {deniedRoles},
		call.IAMPutUserPermissionsBoundary:   {boundUsers},
		call.IAMPutRolePolicy:                {roles},
		call.IAMDeleteRolePolicy:             {roles},
		call.SecurityHubBatchImportFindings:  {findings},
		call.Route53ChangeResourceRecordSets: {deletedRecords},
		call.EC2DeleteSnapshot:               announcedAlone,
		call.RedshiftDeleteCluster:           announced,
	}
}

// written returns how calls of the author tier are narrowed that the contain tier may make for riposte's own policies only, or
// one way only: to give a user their own boundary back, another than riposte's has to be set, and to share again is to add.
func written() map[call.ID]scopes {
	return map[call.ID]scopes{
		call.IAMPutUserPermissionsBoundary: {users}, call.IAMDeleteUserPermissionsBoundary: {users},
		call.EC2ModifySnapshotAttribute:      {{name: "Snapshots", resources: anyResource}},
		call.EC2RunInstances:                 append(scopes{launches}, relaunches...),
		call.Route53ChangeResourceRecordSets: {{name: "Records", resources: anyResource}},
		call.IAMCreateUser:                   {newDecoys}, call.IAMTagUser: {newDecoys},
		call.IAMCreateAccessKey: {ownDecoys}, call.IAMDeleteAccessKey: {ownDecoys}, call.IAMDeleteUser: {ownDecoys},
	}
}

// ofKeys is the right to write tags of some keys, and no others: keys that a company decides about stay out of reach.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html#access_tags_control-tag-keys
func ofKeys(keys []string) scope {
	return scope{"Tags", anyResource, map[string]map[string][]string{"ForAllValues:StringEquals": {"aws:TagKeys": keys}, "Null": {"aws:TagKeys": {"false"}}}}
}

// scopesOf returns how a call is narrowed in a tier. One of which nothing says what it may concern is refused: an unknown scope is
// not "*". Where no playbook terminates but what was announced (keptOnly), nothing else can be.
func scopesOf(tier string, id call.ID, tagKeys []string, keptOnly bool) (scopes, error) {
	if id == call.EC2TerminateInstances && keptOnly {
		return announced, nil
	}
	switch tier {
	case Audit:
		return scopes{everywhere}, nil
	case string(action.TierTag):
		return scopes{ofKeys(tagKeys)}, nil
	}
	if s, ok := mended()[id]; ok && tier == string(action.TierMend) {
		return s, nil
	}
	if s, ok := written()[id]; ok && tier == string(action.TierAuthor) {
		return s, nil
	}
	if s, ok := endedUsers()[id]; ok && tier == string(action.TierDestroy) {
		return s, nil
	}
	if s, ok := narrowed()[id]; ok {
		return s, nil
	}
	made, known := call.Of(id)
	if !known || len(made.On) == 0 {
		return nil, fmt.Errorf("permissions of tier %q: nothing says which resources %q may concern", tier, id)
	}
	return scopes{{name: event.Plural(made.On[0]), resources: anyResource}}, nil
}

// NeverItself is the Sid of the statement that keeps a tier's hands off riposte's own roles.
const NeverItself = "NeverItself"

// document allows the calls of a tier, one statement per scope. A tier that changes IAM may not change riposte's own roles
// with it, neither to free them of a deny nor to give them more. They are named one by one: a pattern would let an
// attacker choose a name for a role under which it can't be contained.
func document(tier string, calls []call.ID, own, tagKeys []string, keptOnly bool) (iam.Document, error) {
	var d iam.Document
	at := map[string]int{}
	slices.Sort(calls)
	for _, id := range slices.Compact(calls) {
		all, err := scopesOf(tier, id, tagKeys, keptOnly)
		if err != nil {
			return d, err
		}
		for _, s := range all {
			i, ok := at[s.name]
			if !ok {
				i = len(d.Statement)
				at[s.name] = i
				d.Statement = append(d.Statement, iam.Statement{Sid: s.name, Effect: "Allow", Resource: s.resources, Condition: s.condition})
			}
			d.Statement[i].Action = append(d.Statement[i].Action, string(id))
		}
	}
	if tier == string(action.TierContain) && slices.Contains(calls, call.EC2ModifyNetworkInterfaceAttribute) {
		// An interface may be put into no group but those that are there for it: to open a machine to the world is no containment. A
		// group without the tag is not one, whatever it is called.
		// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-security-group
		d.Statement = append(d.Statement, iam.Statement{
			Sid: "OnlyIsolatingGroups", Effect: "Deny", Action: call.Actions(call.EC2ModifyNetworkInterfaceAttribute), Resource: []string{securityGroupARNs},
			Condition: map[string]map[string][]string{"StringNotEquals": {"aws:ResourceTag/" + action.IsolationTag: {"true"}}},
		})
	}
	if tier != Audit && slices.ContainsFunc(calls, func(id call.ID) bool { return id.Service() == "iam" }) {
		d.Statement = append(d.Statement, iam.Statement{Sid: NeverItself, Effect: "Deny", Action: []string{"iam:*"}, Resource: own})
	}
	return d, nil
}
