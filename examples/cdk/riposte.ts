// riposte by CDK: the hub's stack, which holds the StackSet of the spokes. Both templates are those of deploy/cloudformation, to the letter:
// CDK adds what your organisation says, and takes nothing away. Deploy it in the hub account, after it has become the delegated
// administrator of StackSets (deploy/README.md, "Organisation").
import { App, CfnParameter, CfnStackSet, Stack } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const templates = join(__dirname, '../../../deploy/cloudformation');

/** What cdk.json says, or -c; a value that is missing ends the synthesis with its name. */
function said<T>(app: App, name: string): T {
  const value: unknown = app.node.tryGetContext(name);
  if (value === undefined) throw new Error(`${name} is not set: name it in cdk.json under context, or by -c ${name}=...`);
  return value as T;
}

/** The hub: its parameters stay parameters, with the values of cdk.json as defaults, since its rules may ask for nothing else. */
function hub(stack: Stack, defaults: Record<string, string>): CfnInclude {
  const included = new CfnInclude(stack, 'Hub', { templateFile: join(templates, 'hub.yaml') });
  for (const [name, value] of Object.entries(defaults)) included.getParameter(name).default = value;
  return included;
}

/** The spokes: one template in each account of the units, in the home region first, where the roles are made that the rules need. */
function spokes(stack: Stack, own: CfnInclude, app: App): CfnStackSet {
  const home = said<string>(app, 'homeRegion');
  const regions = [...new Set([home, ...said<string[]>(app, 'regions')])];
  const tiers = said<string[]>(app, 'tiers');
  const externalId = new CfnParameter(stack, 'ExternalId', { noEcho: true, description: 'organization.roles.external_id of riposte.yaml.' });
  const parameters: Record<string, string> = {
    HubBusArn: own.getResource('Bus').getAtt('Arn').toString(),
    PrincipalArn: own.getResource('Own').getAtt('Arn').toString(),
    ExternalId: externalId.valueAsString,
    OrganizationId: said(app, 'organizationId'),
    HomeRegion: home,
  };
  for (const tier of ['Audit', 'Tag', 'Report', 'Contain', 'Author', 'Destroy']) {
    parameters[`Grant${tier}`] = String(tiers.includes(tier.toLowerCase()));
  }
  return new CfnStackSet(stack, 'Spokes', {
    stackSetName: 'riposte-spoke',
    description: "Delivers what playbooks look at to riposte's hub, and lets riposte in.",
    permissionModel: 'SERVICE_MANAGED',
    callAs: 'DELEGATED_ADMIN',
    capabilities: ['CAPABILITY_NAMED_IAM'],
    templateBody: JSON.stringify(JSON.parse(readFileSync(join(templates, 'spoke.json'), 'utf8'))), // without spaces it is below the 51,200 bytes
    parameters: Object.entries(parameters).map(([parameterKey, parameterValue]) => ({ parameterKey, parameterValue })),
    autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
    operationPreferences: {
      regionOrder: regions,
      regionConcurrencyType: 'SEQUENTIAL',
      maxConcurrentPercentage: 100,
      failureTolerancePercentage: 50, // one account that can't be reached does not stop the others
    },
    stackInstancesGroup: [{ regions, deploymentTargets: { organizationalUnitIds: said<string[]>(app, 'unitIds') } }],
  });
}

const app = new App();
const stack = new Stack(app, 'riposte-hub');
const own = hub(stack, {
  OrganizationId: said(app, 'organizationId'),
  CodeBucket: said(app, 'codeBucket'),
  ConfigLocation: said(app, 'configLocation'),
});
spokes(stack, own, app);
